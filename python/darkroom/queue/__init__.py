"""Jobs: kept durably, run one at a time, told to everyone who listens."""
