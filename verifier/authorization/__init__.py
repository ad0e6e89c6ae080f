"""What AWS would ask for an operation: actions, resources, context, and the decision."""
