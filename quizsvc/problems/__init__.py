"""What a family offers from its one graph: draws, keys, misconceptions, solutions, diagrams."""
