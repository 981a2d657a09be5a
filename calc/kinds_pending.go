package calc

func (d *Pool) check(p *Plan, b *Bonus) error      { return nil }
func (d *Pool) base() Base                         { return d.Base }
func (d *Pool) unit(p *Plan) Unit                  { return UnitMoney }
func (d *Pool) pay(s *stage, bonus int) error      { return errKind("not yet") }
func (d *RankBonus) check(p *Plan, b *Bonus) error { return nil }
func (d *RankBonus) base() Base                    { return d.Base }
func (d *RankBonus) unit(p *Plan) Unit             { return UnitMoney }
func (d *RankBonus) pay(s *stage, bonus int) error { return errKind("not yet") }
func (d *Manual) check(p *Plan, b *Bonus) error    { return nil }
func (d *Manual) base() Base                       { return BasePrice }
func (d *Manual) unit(p *Plan) Unit                { return UnitMoney }
func (d *Manual) pay(s *stage, bonus int) error    { return errKind("not yet") }

func (s *stage) applyCap(limit int) error { return errKind("not yet") }
func (s *stage) roundSums() error         { return nil }
func (c *Cap) check(p *Plan) error        { return nil }
