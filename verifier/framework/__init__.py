"""The deploy tool as a child process: found, installed, run, and what it tolerates."""
