"""Speakers more than the recordings have, for a network that must not learn voices by heart.

``python -m benchmarks.speakers make`` lets the voices of Debian's main section, of PyPI and of npm
read everyday talk, and writes what they say to ``FOLDER/speech/NAME/NN.wav``; ``catalogue.toml``
names them with their versions and licences. ``python -m benchmarks.evidence network --otherwise
--voices FOLDER`` learns from them. Nothing of it is committed, and nothing needs root.

The same voices say the same sentences at the same speeds each time, but not bit for bit: other
releases of Debian have other engines, and Piper draws noise of its own.
"""
