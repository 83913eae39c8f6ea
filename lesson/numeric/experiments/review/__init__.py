"""Questions that are computed anew each time, small enough for the head; the lesson's own code answers them.

question  a question, its right answer, and the judgement of what somebody typed; free of torch
networks  networks with whole numbers, and what the seven lines make of them
snippets  what runs where no network is needed
kinds     the kinds of questions, drawn by a seed
"""
