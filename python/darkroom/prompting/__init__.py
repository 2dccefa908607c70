"""From a prompt to what the network reads: weights, tokens, chunks, text context."""
