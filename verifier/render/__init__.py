"""A policy as JSON, Terraform or CloudFormation."""
