"""What can be read off: folds over events, incremental and repeatable. Appends nothing, calls no model."""
