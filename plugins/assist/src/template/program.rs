//! Templates as programs: steps that only ever go forward, so that a match takes a bounded time.

use super::Part;
use crate::words::stem;

/// A step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Op {
    /// The next word has this stem.
    Word(String),
    /// The slot of this number begins here.
    Slot(usize),
    /// Goes on at one of these steps.
    Split(Vec<usize>),
    /// Goes on at this step.
    Jump(usize),
    /// The template has been said.
    End,
}

/// The steps of these parts.
pub(super) fn compile(parts: &[Part]) -> Vec<Op> {
    let mut program = Vec::new();
    emit(parts, &mut program);
    program.push(Op::End);
    program
}

fn emit(parts: &[Part], program: &mut Vec<Op>) {
    for part in parts {
        match part {
            Part::Word { norm, .. } => program.push(Op::Word(stem(norm).to_owned())),
            Part::Slot(slot) => program.push(Op::Slot(*slot)),
            Part::Choice { options, optional } => {
                let split = program.len();
                program.push(Op::Split(Vec::new()));
                let mut targets = Vec::with_capacity(options.len() + 1);
                let mut jumps = Vec::with_capacity(options.len());
                for option in options {
                    targets.push(program.len());
                    emit(option, program);
                    jumps.push(program.len());
                    program.push(Op::Jump(0));
                }
                let after = program.len();
                for jump in jumps {
                    program[jump] = Op::Jump(after);
                }
                if *optional {
                    targets.push(after);
                }
                program[split] = Op::Split(targets);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::parse;

    #[test]
    fn steps_only_go_forward() {
        let template = parse("a (b|c [d]) [e|f {g}] h").expect("is well-formed");
        for (at, op) in template.program.iter().enumerate() {
            match op {
                Op::Split(targets) => assert!(targets.iter().all(|target| *target > at)),
                Op::Jump(target) => assert!(*target > at),
                _ => {}
            }
        }
        assert_eq!(template.program.last(), Some(&Op::End));
    }
}
