"""CloudFormation on a provisioner of our own: stacks as scripts of ordinary API calls.

service             the API; queries (look), commands and change_set_commands (change)
prepare             what a request asks for: sources -> syntax -> template -> validate -> parameters
plan                which resources change, before anything is touched (environment, intrinsics)
launch, provision   a stack operation in its thread: waves, outputs, clean-up; rollback, deletion
steps, live, work   one resource's step; what names give meanwhile; one call of a handler
handlers, builtin   the resource types; registry is AWS's own list of them
"""
