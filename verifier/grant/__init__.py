"""From what was asked to a policy: evidence, findings, generalising, merging, packing."""
