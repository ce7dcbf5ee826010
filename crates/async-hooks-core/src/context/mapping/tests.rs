//! The mapping compared with a standard map, over dense, sparse and colliding keys.

use std::collections::HashMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::{Key, Mapping, Previous, Setter, Slot, Value};
use crate::context::mapping::node::{LOCAL_BITS, is_kept_free, is_same_value};
use crate::identity::resource::Resource;

impl Mapping {
    /// Sets the key for the root, and returns what it was.
    pub(crate) fn set(&mut self, key: Key, value: Value) -> Previous {
        self.put_back(key, Previous::of(key, root(), value))
    }
}

fn root() -> Setter {
    Setter::new(&Resource::ROOT)
}

type Model = HashMap<Key, Option<u32>>;

fn value(number: Option<u32>) -> Value {
    number.map(|number| Arc::new(number) as _)
}

fn number(value: &Value) -> Option<u32> {
    value.as_deref().and_then(|value| value.downcast_ref()).copied()
}

fn read(mapping: &Mapping, key: Key) -> Option<Option<u32>> {
    mapping.get(key).map(number)
}

fn contents(mapping: &Mapping) -> Model {
    let mut contents = Model::new();
    mapping.for_each(&mut |key, value| {
        assert!(contents.insert(key, number(value)).is_none(), "{key} is there twice");
    });
    contents
}

#[track_caller]
fn assert_is(mapping: &Mapping, model: &Model) {
    assert_eq!(&contents(mapping), model);
    assert_eq!(mapping.is_empty(), model.is_empty());
    for (key, expected) in model {
        assert_eq!(read(mapping, *key), Some(*expected));
    }
}

/// Keys counted up, few keys, keys far apart, and keys that differ only in the highest bits.
fn key() -> impl Strategy<Value = Key> {
    prop_oneof![
        1..60_u64,
        0..6_u64,
        0..1_u64 << LOCAL_BITS,
        (0..40_u64).prop_map(|n| n << 34 | 5),
        (0..40_u64).prop_map(|n| n << 4)
    ]
}

#[derive(Clone, Debug)]
enum Change {
    Set(Key, Option<u32>),
    Remove(Key),
    /// Set, and then be what it was before.
    Undo(Key, Option<u32>),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = prop_oneof![
        3 => (key(), any::<Option<u32>>()).prop_map(|(key, value)| Change::Set(key, value)),
        1 => key().prop_map(Change::Remove),
        1 => (key(), any::<Option<u32>>()).prop_map(|(key, value)| Change::Undo(key, value)),
    ];
    prop::collection::vec(change, 0..120)
}

fn make(mapping: &mut Mapping, change: &Change) {
    match change {
        Change::Set(key, new) => drop(mapping.set(*key, value(*new))),
        Change::Remove(key) => drop(mapping.remove(*key)),
        Change::Undo(key, new) => {
            let found = mapping.set(*key, value(*new));
            assert_eq!(read(mapping, *key), Some(*new));
            drop(mapping.put_back(*key, found));
        }
    }
}

fn make_in_model(model: &mut Model, change: &Change) {
    match change {
        Change::Set(key, new) => drop(model.insert(*key, *new)),
        Change::Remove(key) => drop(model.remove(key)),
        Change::Undo(..) => {}
    }
}

fn made(changes: &[Change]) -> (Mapping, Model) {
    let (mut mapping, mut model) = (Mapping::EMPTY, Model::new());
    for change in changes {
        make(&mut mapping, change);
        make_in_model(&mut model, change);
    }
    (mapping, model)
}

proptest! {
    // Many steps each, so fewer cases than usual.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_mapping_is_a_map(changes in changes()) {
        let (mut mapping, mut model) = (Mapping::EMPTY, Model::new());
        for change in &changes {
            make(&mut mapping, change);
            make_in_model(&mut model, change);
            assert_is(&mapping, &model);
        }
        for key in Vec::from_iter(model.keys().copied()) {
            drop(mapping.remove(key));
            model.remove(&key);
            assert_is(&mapping, &model);
        }
    }

    #[test]
    fn a_key_that_was_not_set_is_not_found(changes in changes(), keys in prop::collection::vec(key(), 1..20)) {
        let (mapping, model) = made(&changes);
        for key in keys {
            prop_assert_eq!(read(&mapping, key), model.get(&key).copied());
        }
    }

    #[test]
    fn changing_a_clone_never_changes_the_original(before in changes(), after in changes()) {
        let (original, model) = made(&before);
        let (mut clone, mut changed) = (original.clone(), model.clone());
        prop_assert!(clone.is_same(&original));
        for change in &after {
            let (held, as_it_was) = (clone.clone(), changed.clone());
            make(&mut clone, change);
            make_in_model(&mut changed, change);
            assert_is(&held, &as_it_was);
        }
        assert_is(&clone, &changed);
        assert_is(&original, &model);
    }

    #[test]
    fn changes_are_repeated_elsewhere(before in changes(), own in changes(), elsewhere in changes()) {
        let (base, base_model) = made(&before);
        let (mut changed, mut changed_model) = (base.clone(), base_model.clone());
        let (mut target, mut target_model) = (base.clone(), base_model.clone());
        for (mapping, model, changes) in [
            (&mut changed, &mut changed_model, &own),
            (&mut target, &mut target_model, &elsewhere),
        ] {
            for change in changes {
                make(mapping, change);
                make_in_model(model, change);
            }
        }
        for key in changed.changes(&base) {
            drop(target.copy_from(&changed, &base, key, root()));
        }
        // Which keys differ is a matter of identity: setting an equal value again is a change.
        for key in Vec::from_iter(base_model.keys().chain(changed_model.keys()).copied()) {
            match (base.get(key), changed.get(key)) {
                (Some(known), Some(found)) if is_same_value(known, found) => {}
                (_, Some(found)) => drop(target_model.insert(key, number(found))),
                (Some(_), None) => drop(target_model.remove(&key)),
                (None, None) => {}
            }
        }
        assert_is(&target, &target_model);
        assert_is(&base, &base_model);
        assert_is(&changed, &changed_model);
    }
}

#[test]
fn mappings_are_the_same_when_they_share_memory() {
    let (mut one, mut other) = (Mapping::EMPTY, Mapping::EMPTY);
    assert!(one.is_same(&other));
    drop(one.set(1, value(Some(1))));
    drop(other.set(1, value(Some(1))));
    assert!(one.is_same(&one.clone()) && !one.is_same(&other) && !one.is_same(&Mapping::EMPTY));
}

#[test]
fn what_is_replaced_is_handed_out_and_not_dropped_inside() {
    let number = Arc::new(7_u32);
    let mut mapping = Mapping::EMPTY;
    for key in 1..100 {
        drop(mapping.set(key, Some(Arc::clone(&number) as _)));
    }
    drop(mapping.set(100, Some(Arc::new(Arc::clone(&number)) as _)));
    let count = Arc::strong_count(&number);
    let replaced = mapping.set(100, None);
    assert_eq!(Arc::strong_count(&number), count);
    drop(replaced);
    assert_eq!(Arc::strong_count(&number), count - 1);
}

#[test]
fn a_mapping_says_in_few_steps_that_the_first_key_is_not_set() {
    for locals in [0, 1, 5, 100, 1_000] {
        let mut mapping = Mapping::EMPTY;
        (2..2 + locals).filter(|key| !is_kept_free(*key)).for_each(|key| drop(mapping.set(key, value(Some(7)))));
        assert!(!mapping.holds_first(), "{locals} others");
        drop(mapping.set(0, value(Some(7))));
        assert!(mapping.holds_first(), "{locals} others");
        drop(mapping.remove(0));
        assert!(!mapping.holds_first(), "{locals} others");
    }
}

#[test]
fn an_emptied_mapping_holds_nothing() {
    let number = Arc::new(7_u32);
    let mut mapping = Mapping::EMPTY;
    let keys = || (1..300_u64).chain((1..40).map(|n| n << (LOCAL_BITS - 6)));
    keys().for_each(|key| drop(mapping.set(key, Some(Arc::clone(&number) as _))));
    keys().for_each(|key| drop(mapping.remove(key)));
    assert!(mapping.is_empty());
    assert_eq!(Arc::strong_count(&number), 1);
    assert!(slots(&mapping).iter().all(|slot| matches!(slot, Slot::Empty)), "children stayed");
}

fn slots(mapping: &Mapping) -> &[Slot] {
    mapping.0.as_ref().map_or(&[], |root| &root.slice)
}

#[test]
fn a_child_goes_with_its_last_key_and_no_earlier() {
    // Three levels: these differ above the low eight bits alone.
    let keys = [1, 1 << 8 | 1, 2 << 8 | 1, 2];
    let mut mapping = Mapping::EMPTY;
    keys.iter().for_each(|key| drop(mapping.set(*key, value(Some(0)))));
    for (at, key) in keys[..3].iter().enumerate() {
        assert!(slots(&mapping).iter().any(|slot| matches!(slot, Slot::Branch(_))));
        let held = mapping.clone();
        drop(mapping.remove(*key));
        assert!(read(&held, *key).is_some());
        assert!(keys[at + 1..].iter().all(|key| read(&mapping, *key).is_some()));
    }
    assert!(!slots(&mapping).iter().any(|slot| matches!(slot, Slot::Branch(_))));
}

#[test]
fn a_copy_is_marked_and_leaves_what_was_set_since_the_local_was_disabled() {
    let (old, new) = (5, 1 << LOCAL_BITS | 5);
    let (mut outdated, mut target) = (Mapping::EMPTY, Mapping::EMPTY);
    drop(outdated.set(old, value(Some(1))));
    let by = Setter::of_identity(7);
    drop(target.copy_from(&outdated, &Mapping::EMPTY, old, by));
    assert!(target.found(old).is_set_by(by) && read(&target, old) == Some(Some(1)));
    drop(target.set(new, value(Some(2))));
    drop(target.copy_from(&outdated, &Mapping::EMPTY, old, by));
    drop(target.copy_from(&Mapping::EMPTY, &Mapping::EMPTY, old, by));
    assert_eq!(read(&target, new), Some(Some(2)));
}

#[test]
fn a_local_has_one_slot_and_only_its_newest_key_finds_what_is_in_it() {
    let (old, new) = (5, 1 << LOCAL_BITS | 5);
    let mut mapping = Mapping::EMPTY;
    drop(mapping.set(old, value(Some(1))));
    assert_eq!(read(&mapping, new), None);
    let found = mapping.set(new, value(Some(2)));
    assert_eq!((read(&mapping, old), read(&mapping, new)), (None, Some(Some(2))));
    drop(mapping.put_back(new, found));
    assert_eq!((read(&mapping, old), read(&mapping, new)), (Some(Some(1)), None));
    drop(mapping.remove(new));
    assert!(mapping.is_empty());
}
