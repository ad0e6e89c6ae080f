"""Refusals in what people paste: logs of CI, tables of events, answers of AWS, in any wrapping.

From a text to what can be done: ``plain`` and ``columns`` (escapes, colours, gutters, tables), ``squeezed``
(wrapping), ``phrases`` and ``sentence`` (families of wordings, with ``values`` and ``actions``), ``parse``
(each refusal once), ``blame`` (whose it is), ``cure`` (what lifts it).
"""
