"""Model solutions of the coding exercises: each file is what a learner would write into the starter of its name."""
