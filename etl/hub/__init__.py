"""Publishing a registry to the Hugging Face Hub: choose, plan, upload, verify, tag.

`plan` and `verify` are pure functions over what the registry has and what the repository has, so a push that was
interrupted is resumed by running it again: what is there is not sent twice.
"""
