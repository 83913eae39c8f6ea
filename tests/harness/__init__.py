"""What tests share with each other and with the benchmarks.

networks        random networks, and one that is always the same
gated_networks  random networks with gates
matrices        random matrices, as a learner may type them
programs        backward passes as learners write them, right, hostile and absurd
fuzzing         generated programs, and walls around what they must not reach
lesson_app      chapters in Streamlit's own test harness, and the networks on which each is opened
costs           what a piece of work costs, beside another of the same run
proofs          what a chapter of the derivation says about its lines
addresses       the address of every chapter, or of every tab of one
server          the lesson on a port of its own, measured from outside
"""
