"""Processes beside the server, in which everything is computed that takes longer than a moment.

    pool      the server's side: who computes what, one turn after the other
    process   the other side: what runs in such a process
    shared    a long run that several learners watch

Threads of one process that each do thousands of small tensor operations hand Python's lock to each other at
every one of them: ten trainings side by side took eight times as long as one after the other, and pages
stood still meanwhile. So trainings and experiments happen in processes of their own, and the server's
process is free to draw pages.

They are not concurrent.futures': its processes outlive a server that is killed, and those of multiprocessing
run Streamlit's script once more when they start. These end as soon as their connection does.
"""
