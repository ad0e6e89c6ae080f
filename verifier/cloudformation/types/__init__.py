"""What a resource type is."""
