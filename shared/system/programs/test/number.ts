/** Writes a number, which Node colours by itself wherever it may. */
console.log(42);
console.error(42);
