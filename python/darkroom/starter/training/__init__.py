"""Training the starter model: one file a stage, all driven by the same resumable loop."""
