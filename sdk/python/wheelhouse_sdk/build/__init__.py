"""Makes a component of a module: `python -m wheelhouse_sdk build`."""
