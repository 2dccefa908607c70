"""Darkroom's own denoising loop: sigmas, noise, samplers, guidance."""
