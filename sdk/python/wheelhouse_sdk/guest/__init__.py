"""The border of a component: the contract's words on one side, the kit's on the other.

What stands here is imported only while a component is built, in which `wit_world` is there: one module for each import
and export, and only those that the plugin's world has. """
