"""How the files of other switches are read: bytes to records of text, text to columns of ours.

Nothing here knows a particular switch; what is known of one stands in `securecall.rating.layouts`.
All but `result` import pyarrow, so they are imported only where records are read.
"""
