"""The law by which the demo invents prices of past deals: floats, as in every engine, and nothing of the house."""
