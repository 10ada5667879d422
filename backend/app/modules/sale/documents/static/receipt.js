// The desk opens a receipt to print it; a guest who opens it only reads.
if (new URLSearchParams(location.search).has("print")) print();
