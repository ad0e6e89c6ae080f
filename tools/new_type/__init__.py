"""Drafts a resource type: the value and its case file, from the registry's schema and botocore's shapes.

    .venv/bin/python -m tools.new_type AWS::SQS::Queue

What the two name beyond doubt is written down; what the tool is unsure of gets a comment ``# open: ...``.
"""
