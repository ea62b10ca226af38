"""One module per cryptosuite family or envelope: make and check proofs."""
