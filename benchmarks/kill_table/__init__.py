"""What a registry is like after a run was killed, interrupted, or hindered: measured on the real command."""
