"""Simulations on the wire: `asked` (period, calls, habits), `proposals` (what is imagined), `told` (what came out)."""
