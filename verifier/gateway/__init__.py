"""The front door: a request is read once, decided, carried out as it was read, and answered.

proxy        the port; connection is one client's, wire the HTTP on it, tunnel what is passed on unseen;
             hosts tells whose a host is, certificates is this run's authority
parse        from a request to its operation: credentials (who signed it), services and dialect (what it
             speaks), bodies and s3_address (what only carries it)
door         the way through: callers, authentication and signatures (who), authority (may they),
             s3_decisions, sts, trust and implicit (what is special), decisions (the log), random_names (what
             is to be generalised); administrator comes in here, from within the process
serialise    from an operation's output to the answer; respond does so for errors
server       all of it, as one thing to start and stop
"""
