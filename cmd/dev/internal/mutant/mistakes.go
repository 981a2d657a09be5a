package mutant

import (
	"go/ast"
	"go/token"
	"strconv"
	"strings"
)

// mistaken lists for an operator those that somebody could have written instead. An order is widened or narrowed by the equal case; what
// turns it round is the negated condition.
var mistaken = map[token.Token][]token.Token{
	token.LSS: {token.LEQ}, token.LEQ: {token.LSS}, token.GTR: {token.GEQ}, token.GEQ: {token.GTR},
	token.EQL: {token.NEQ}, token.NEQ: {token.EQL},
	token.LAND: {token.LOR}, token.LOR: {token.LAND},
	token.ADD: {token.SUB}, token.SUB: {token.ADD}, token.MUL: {token.QUO}, token.QUO: {token.MUL}, token.REM: {token.MUL},
	token.AND: {token.OR}, token.OR: {token.AND}, token.XOR: {token.AND}, token.SHL: {token.SHR}, token.SHR: {token.SHL},
	token.ADD_ASSIGN: {token.SUB_ASSIGN}, token.SUB_ASSIGN: {token.ADD_ASSIGN},
	token.MUL_ASSIGN: {token.QUO_ASSIGN}, token.QUO_ASSIGN: {token.MUL_ASSIGN}, token.REM_ASSIGN: {token.MUL_ASSIGN},
	token.AND_ASSIGN: {token.OR_ASSIGN}, token.OR_ASSIGN: {token.AND_ASSIGN},
	token.SHL_ASSIGN: {token.SHR_ASSIGN}, token.SHR_ASSIGN: {token.SHL_ASSIGN},
	token.INC: {token.DEC}, token.DEC: {token.INC}, token.BREAK: {token.CONTINUE}, token.CONTINUE: {token.BREAK},
}

// directions are names that can stand for each other and mean the other direction, or the other rule for what is half.
var directions = map[string][]string{
	"Up": {"Down"}, "Down": {"Up"}, "HalfUp": {"HalfEven", "Down"}, "HalfEven": {"HalfUp", "Down"},
	"min": {"max"}, "max": {"min"}, "Floor": {"Ceil"}, "Ceil": {"Floor"}, "true": {"false"}, "false": {"true"},
}

// node adds the mutants of one node, and says whether to look into it.
func (f *finding) node(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncDecl:
		if n.Body != nil {
			ast.Inspect(n.Body, f.node)
		}
		return false
	case *ast.TypeSpec:
		ast.Inspect(n.Type, f.node)
		return false
	case *ast.CallExpr:
		// What a panic says is nobody's money.
		if called, ok := n.Fun.(*ast.Ident); ok && called.Name == "panic" {
			return false
		}
	case *ast.BinaryExpr:
		f.operator(n.OpPos, n.Op, mistaken[n.Op]...)
	case *ast.UnaryExpr:
		if n.Op == token.SUB || n.Op == token.NOT {
			f.replace(n.OpPos, n.X.Pos(), "", n.Op.String()+" left out")
		}
	case *ast.BasicLit:
		f.number(n)
	case *ast.Ident:
		for _, other := range directions[n.Name] {
			f.replace(n.Pos(), n.End(), other, other+" for "+n.Name)
		}
	case *ast.IfStmt:
		f.negate(n.Cond)
		f.failing(n)
	case *ast.ReturnStmt:
		if last := len(n.Results) - 1; last > 0 && (n == f.fails || isError(n.Results[last])) {
			// What stands beside an error means nothing to whoever gets it.
			ast.Inspect(n.Results[last], f.node)
			return false
		}
	case *ast.ForStmt:
		if n.Cond != nil {
			f.negate(n.Cond)
		}
	case *ast.BlockStmt:
		f.leaveOut(n.List)
	case *ast.CaseClause:
		f.leaveOut(n.Body)
	case *ast.AssignStmt:
		f.operator(n.TokPos, n.Tok, mistaken[n.Tok]...)
	case *ast.IncDecStmt:
		f.operator(n.TokPos, n.Tok, mistaken[n.Tok]...)
	case *ast.BranchStmt:
		f.operator(n.TokPos, n.Tok, mistaken[n.Tok]...)
	}
	return true
}

// number takes a whole number for its neighbours.
func (f *finding) number(n *ast.BasicLit) {
	if n.Kind != token.INT {
		return
	}
	value, err := strconv.ParseInt(n.Value, 0, 64)
	if err != nil {
		return
	}
	for _, other := range []int64{value + 1, value - 1} {
		text := strconv.FormatInt(other, 10)
		if other < 0 {
			text = "(" + text + ")"
		}
		f.replace(n.Pos(), n.End(), text, text+" for "+n.Value)
	}
}

// negate turns a condition round. One of a single comparison by == or != is turned round by its operator already.
func (f *finding) negate(condition ast.Expr) {
	if compared, ok := condition.(*ast.BinaryExpr); ok && (compared.Op == token.EQL || compared.Op == token.NEQ) {
		return
	}
	if not, ok := condition.(*ast.UnaryExpr); ok && not.Op == token.NOT {
		return
	}
	at, end := f.positions.Position(condition.Pos()).Offset, f.positions.Position(condition.End()).Offset
	f.replace(condition.Pos(), condition.End(), "!("+string(f.source[at:end])+")", "condition negated")
}

// failing notes that the body of an if returns the error that is asked for: if err != nil.
func (f *finding) failing(n *ast.IfStmt) {
	asked, ok := n.Cond.(*ast.BinaryExpr)
	if !ok || asked.Op != token.NEQ {
		return
	}
	err, isName := asked.X.(*ast.Ident)
	if none, ok := asked.Y.(*ast.Ident); !isName || !ok || none.Name != "nil" {
		return
	}
	for _, s := range n.Body.List {
		if s, ok := s.(*ast.ReturnStmt); ok && len(s.Results) > 1 {
			if last, ok := s.Results[len(s.Results)-1].(*ast.Ident); ok && last.Name == err.Name {
				f.fails = s
			}
		}
	}
}

// isError tells that an expression is an error, and not nil: a sentinel, or one that is made here.
func isError(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return strings.HasPrefix(e.Name, "Err")
	case *ast.CallExpr:
		called, ok := e.Fun.(*ast.SelectorExpr)
		return ok && (called.Sel.Name == "Errorf" || called.Sel.Name == "New" && isPackage(called.X, "errors"))
	case *ast.UnaryExpr:
		made, ok := e.X.(*ast.CompositeLit)
		if !ok {
			return false
		}
		name, ok := made.Type.(*ast.Ident)
		return ok && strings.HasSuffix(name.Name, "Error")
	}
	return false
}

func isPackage(e ast.Expr, name string) bool {
	is, ok := e.(*ast.Ident)
	return ok && is.Name == name
}

// leaveOut leaves out one statement after the other: what is called or assigned to. A name that is declared would be missed by the
// compiler, and so would most returns.
func (f *finding) leaveOut(statements []ast.Stmt) {
	for _, s := range statements {
		switch s := s.(type) {
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				continue
			}
		case *ast.ExprStmt:
			if call, ok := s.X.(*ast.CallExpr); ok {
				if called, ok := call.Fun.(*ast.Ident); ok && called.Name == "panic" {
					continue
				}
			}
		case *ast.IncDecStmt, *ast.BranchStmt, *ast.DeferStmt, *ast.GoStmt:
		case *ast.ReturnStmt:
			if len(s.Results) > 0 {
				continue
			}
		default:
			continue
		}
		f.replace(s.Pos(), s.End(), "", "statement left out")
	}
}
