"""The commands of `desirepath`, one module each; what is heavy is imported when a command runs, so that help is quick."""
