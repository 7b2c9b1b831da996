// Stands for the package `randombytes`, which k-bucket asks for an id where it is given none. The engine always gives one.

export default undefined;
