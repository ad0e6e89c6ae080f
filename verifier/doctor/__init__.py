"""What of this machine and of the user's settings a run could use. Looking changes and starts nothing."""
