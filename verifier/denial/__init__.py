"""Refusals in what people paste: logs of CI, tables of events, answers of AWS, in any wrapping.

``text_of_log`` → ``plain`` (escapes, colours, gutters, tables) → ``squeezed`` (wrapping) → ``phrases`` and
``sentence`` (families of wordings) → ``parse`` (one denial each) → ``blame`` (whose it is) → ``cure``.
"""
