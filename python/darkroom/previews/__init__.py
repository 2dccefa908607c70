"""Small pictures of what is forming, cheap enough that nobody has to turn them off."""
