"""How re-identifiable people are before and after a release, and what attacks on the release itself find out.

Pure NumPy and Arrow: it knows neither the anonymiser nor the verifier, and nothing that it returns names anybody.
"""
