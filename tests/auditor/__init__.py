"""An auditor: reads what is public of all nights as equations, and asks which small counts follow from it."""
