"""A sandbox account on AWS: whose it is, what is there already, what a killed run left."""
