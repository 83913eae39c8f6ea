"""The chapters in their order, by address; the file of a chapter has its name, with underscores."""

PARTS = {
    "part-start": ("home",),
    "part-laboratory": ("train",),
}
