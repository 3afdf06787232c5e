"""Lines that the bench's simulator does not make: a second recipe, to see what does not carry over.

The monitor's network learns from simulated calls, and could learn the simulator. Here calls are
made in another way, with hardly a line of code in common: whole recordings cut into turns, noise,
holds, flashes and tones from formulas, no telephone's band, no networks but a coder. Nothing is
trained or set by it.
"""
