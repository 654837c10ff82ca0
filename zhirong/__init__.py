"""知融 Zhirong: the software of a district's intellectual-property operations centre."""
