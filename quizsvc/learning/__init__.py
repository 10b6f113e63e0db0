"""What the log says of a learner: what is mastered, what is due, what was misunderstood.

Pure functions of log entries: no clock, no database. Everything here can be worked out anew at any
time, so nothing of it is stored.
"""
