"""The same checks inside checkov, answered from our own reading of the files that checkov scans.

Of checkov only paths, addresses and the command line are used. What cannot be judged fails; it is never passed over.
"""
