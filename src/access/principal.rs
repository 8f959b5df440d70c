//! Who asks, and how much they may.

/// How much a token allows. The greater it is, the more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Read todos, fetch, follow events.
    Read,
    /// Say something for the sessions of one device, too.
    Write,
    /// Do so for the sessions of every device.
    Admin,
}

impl Scope {
    /// All scopes, the least one first.
    pub const ALL: [Scope; 3] = [Scope::Read, Scope::Write, Scope::Admin];

    /// Returns the word for it in files and arguments.
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Write => "write",
            Scope::Admin => "admin",
        }
    }

    /// Returns the scope that a word stands for: the word itself, or its first letter.
    pub fn parse(word: &str) -> Option<Self> {
        Scope::ALL.into_iter().find(|scope| scope.as_str() == word || scope.as_str()[..1] == *word)
    }
}

/// Somebody whose token was found good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The id of the token.
    pub token: String,
    /// The device that it was given to.
    pub device: String,
    /// How much it allows.
    pub scope: Scope,
}

impl Principal {
    /// Returns whether this much is allowed.
    pub fn may(&self, scope: Scope) -> bool {
        self.scope >= scope
    }

    /// Returns it as one line: the form in which the hub tells the program that looks at a push. A device's label has no
    /// control characters, so nothing in it ends the line.
    pub fn line(&self) -> String {
        format!("{} {} {}", self.token, self.scope.as_str(), self.device)
    }

    /// Reads what [`Principal::line`] wrote.
    pub fn parse(line: &str) -> Option<Self> {
        let mut words = line.splitn(3, ' ');
        let (token, scope, device) = (words.next()?, words.next()?, words.next()?);
        Some(Principal { token: token.into(), device: device.into(), scope: Scope::parse(scope)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_and_back() {
        let principal = Principal { token: "0a1b".into(), device: "my laptop".into(), scope: Scope::Write };
        assert_eq!(Principal::parse(&principal.line()), Some(principal));
        for bad in ["", "0a1b", "0a1b write", "0a1b all laptop"] {
            assert_eq!(Principal::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn more_includes_less() {
        let all = Scope::ALL.map(|scope| Principal { token: "t".into(), device: "d".into(), scope });
        let may: Vec<Vec<bool>> =
            all.iter().map(|who| Scope::ALL.iter().map(|scope| who.may(*scope)).collect()).collect();
        assert_eq!(may, [vec![true, false, false], vec![true, true, false], vec![true, true, true]]);
    }
}
