//! Files that a process left which was killed: of an upload that nothing became of, of a dataset that is deleted already.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::{Datasets, folder_of};
use crate::AppError;

impl Datasets {
    /// Removes them. Once, when a process begins.
    pub(crate) async fn sweep(&self, is_alone: bool) {
        match self.remove_left(is_alone).await {
            Ok(0) => {}
            Ok(folders) => {
                tracing::info!(folders, "files of datasets that a stopped process left were removed");
            }
            Err(error) => {
                tracing::warn!(error = %error, "files of datasets that a stopped process may have left could not be looked for");
            }
        }
    }

    /// Only of accounts that the store knows: files may be there that belong to another server, or to this one's store before it was
    /// moved. Answers how many folders it was.
    async fn remove_left(&self, is_alone: bool) -> Result<usize, AppError> {
        let Some(lake) = &self.lake else { return Ok(0) };
        let settled = lake.settled_folders(is_alone).await.map_err(AppError::internal)?;
        let mut by_owner: HashMap<Uuid, Vec<String>> = HashMap::new();
        for folder in settled {
            if let Some((owner, _)) = ids_of(&folder) {
                by_owner.entry(owner).or_default().push(folder);
            }
        }
        let mut count = 0;
        for (owner, folders) in by_owner {
            if self.closing.is_cancelled() {
                break;
            }
            if self.store.account(owner).await?.is_none() {
                continue;
            }
            let kept: HashSet<String> = self.folders_of(owner).await?.into_iter().collect();
            let left: Vec<String> = folders.into_iter().filter(|folder| !kept.contains(folder)).collect();
            count += left.len();
            self.remove_folders(left).await;
        }
        Ok(count)
    }
}

/// Whose folder it is and of which dataset, if it is one of ours.
fn ids_of(folder: &str) -> Option<(Uuid, Uuid)> {
    let (owner, id) = folder.split_once('/')?;
    let ids = (Uuid::try_parse(owner).ok()?, Uuid::try_parse(id).ok()?);
    (folder_of(ids.0, ids.1) == folder).then_some(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_of_ours_are_known() {
        let (owner, id) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(ids_of(&folder_of(owner, id)), Some((owner, id)));
        for other in [
            "a/1".to_owned(),
            format!("{owner}/{id}"),
            owner.simple().to_string(),
            format!("{}/x", folder_of(owner, id)),
        ] {
            assert_eq!(ids_of(&other), None, "{other}");
        }
    }
}
