"""CloudFormation on a provisioner of our own: stacks as scripts of ordinary API calls.

Five floors, each of which knows only those above it here:

template   the language: syntax (text to data), sections (a template taken apart), parameters, rules,
           references, intrinsics, environment (what names mean before anything exists)
types      what a resource type is: handler; kind, with its parts and params; work (one step of one
           resource); registry is AWS's own list of types, fallback what stands in where nobody wrote one
handlers   the types themselves, one module a service
stack      the engine: validate and plan, before anything is touched; provision and steps, waves of resources
           with their events; rollback, clean_up, deletion; nested, the handler of a stack within a stack, and
           nest, what it needs of the stacks; live_environment (what names give meanwhile); session makes
           handlers' calls; store keeps stacks, views show them
api        the operations: service; queries (look), commands and change_set_commands (change); prepare reads
           what a request asks for, launch sets it going, nested does so for stacks within stacks;
           answers have botocore's shapes
"""
