// Package synthetic makes up companies of any size to measure with, the same ones for the same seed, and the plan that they are paid by.
//
// A company is as companies are: a few sponsors have most of the frontline, half of a binary tree is one leg as deep as there are
// people in it, two in three distributors sell nothing, and rows stand in an order that has nothing to do with the trees.
package synthetic
