"""gradviz shows backpropagation happening."""
