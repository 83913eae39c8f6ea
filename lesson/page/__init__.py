"""What chapters share: words (what a page says), show (what it shows), compute (how it gets a number)."""
