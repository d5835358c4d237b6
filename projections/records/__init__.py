"""Training records: one module for each kind of training, rows with their lineage, and how they are stored."""
