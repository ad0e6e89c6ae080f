"""verifier: finds and proves the least-privilege IAM policy that a Serverless Framework deploy needs."""

__version__ = "0.1.0"
