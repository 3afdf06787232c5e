"""A page (HTML) that shows what detectors made of the bench's calls.

One file with everything in it: no script, no network. Charts are inline SVG that follow the
reader's light or dark setting and print on paper; spectra are small PNGs in the text itself. Every
chart says in words what it shows. Needs nothing but what the calls need.
"""

from securecall.fraud.bench.page.page import bench_page, write_page

__all__ = ["bench_page", "write_page"]
